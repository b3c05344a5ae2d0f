// A person in Chromium: signs in at the server, makes an API key, prints it, and after a line on standard input signs
// out. usage: login.mjs .../browser.mjs http://127.0.0.1:PORT
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const [browser, base] = process.argv.slice(2);
const { launch } = await import(pathToFileURL(browser));
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// the provider's certificate is of an authority that only canond was told of
const b = await launch({ args: ['--ignore-certificate-errors'] });
try {
  await b.page.goto(`${base}/auth/login`);
  if (new URL(b.page.url()).pathname !== '/app/acme/welcome') throw new Error(`landed at ${b.page.url()}`);
  const cookies = await b.context.cookies(`${base}/auth/refresh`);
  const scriptsSee = await b.page.evaluate(() => document.cookie.split('; ').filter((c) => /^(canon|sw)_/.test(c)).join());
  const key = await b.page.evaluate(async () => {
    const answer = await fetch('/app/acme/settings/api-keys/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ label: 'from a browser' }) });
    if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()).key;
  });
  say({ key });
  for await (const line of readline.createInterface({ input: process.stdin })) if (line) break;
  await b.page.goto(`${base}/auth/logout`);
  await b.page.goto(`${base}/healthz`);
  const afterLogout = await b.page.evaluate(async () => (await fetch('/app/acme/api/dashboard')).status);
  say({ cookies, scripts_see: scriptsSee, after_logout: afterLogout, outside: b.outside });
} finally {
  await b.close();
}
