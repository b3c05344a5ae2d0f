// Where the vendors' contract files are: the folder CANON_PEER_DATA, by default a folder beside the project.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function projectRoot() {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!fs.existsSync(path.join(dir, 'CMakePresets.json')) && path.dirname(dir) !== dir) dir = path.dirname(dir);
  return dir;
}

export const contractFolder = process.env.CANON_PEER_DATA || path.join(projectRoot(), '..', 'shared', 'peers', 'data');

/** Why tests that need contract files cannot run; false: they can. */
export const contractsMissing = fs.existsSync(contractFolder) ? false : 'no contract files: set CANON_PEER_DATA to their folder';

/** The text of a contract file. Without it a peer ends with status 3, so that a test can skip. */
export function readContract(name) {
  const file = path.join(contractFolder, name);
  if (!fs.existsSync(file)) {
    process.stderr.write(`${contractsMissing || `no contract file ${name}`}\n`);
    process.exit(3);
  }
  return fs.readFileSync(file, 'utf8');
}
