"""A PostgreSQL of our own that can be stopped and started."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile


def find_programs():
    """The folder of initdb and pg_ctl, or nothing."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"),
                     key=lambda f: int(f.split("/")[4]))
    found = shutil.which("initdb")
    if found:
        folders.append(os.path.dirname(os.path.realpath(found)))
    folders = [f for f in folders if os.path.exists(f"{f}/initdb")
               and os.path.exists(f"{f}/pg_ctl")]
    return folders[-1] if folders else None


def owner():
    """Whom to run it as: it refuses to be root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def missing():
    """Why there is none; empty when there can be one."""
    if not find_programs():
        return "no PostgreSQL server on this machine"
    if os.getuid() == 0 and not owner():
        return "PostgreSQL does not run as root"
    return ""


class Cluster:
    def __init__(self):
        self.programs = find_programs()
        self.folder = tempfile.mkdtemp(prefix="canond-pg-", dir="/tmp")
        who = owner()
        if who:
            os.chown(self.folder, who.pw_uid, who.pw_gid)
        self.identity = {"user": who.pw_uid, "group": who.pw_gid,
                         "extra_groups": []} if who else {}
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        self._run("initdb", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                  "--no-sync", "-U", "postgres", f"{self.folder}/data")

    def _run(self, program, *arguments):
        with open(f"{self.folder}.out", "w+", encoding="utf-8") as out:
            done = subprocess.run(
                [f"{self.programs}/{program}", *arguments], cwd="/tmp",
                stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, timeout=60, check=False,
                **self.identity)
            out.seek(0)
            if done.returncode:
                raise AssertionError((program, out.read()))

    def start(self):
        self._run("pg_ctl", "-w", "-D", f"{self.folder}/data",
                  "-l", f"{self.folder}/log", "-o",
                  f"-k {self.folder} -c listen_addresses='' -c fsync=off",
                  "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-w", "-m", mode, "-D", f"{self.folder}/data",
                  "stop")

    def remove(self):
        try:
            self.stop("immediate")
        except AssertionError:
            pass  # it was not running
        shutil.rmtree(self.folder, ignore_errors=True)
        os.unlink(f"{self.folder}.out")
