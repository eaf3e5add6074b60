"""A console in a terminal that a test can see: tmux, with a server and a socket for every console.

Nothing sleeps and hopes: a test waits for words, and says with the whole screen what it never saw.
SUBFERRY_LIVE_SCREENS names a file where every screen that a test looked at is kept, for eyes.
"""
import itertools
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

from olx_campus import SUBFERRY

counter = itertools.count(1)


def missing():
    """Why there can be no terminal here, or None."""
    return None if shutil.which("tmux") else "tmux is missing"


class Console:
    """The console on @campus, which has its configuration and its secrets in the environment."""

    def __init__(self, campus, width=100, height=30, **environment):
        self.campus, self.name = campus, "subferry-live-%d-%d" % (os.getpid(), next(counter))
        self.pid_file = campus.path(self.name + ".pid")
        campus.configure()
        program = "%s -c %s" % (shlex.quote(SUBFERRY), shlex.quote(campus.path(campus.conf)))
        # The server is given the environment, so that no secret is an argument of a process.
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height),
                  "sh -c 'echo $$ >%s; exec %s'; echo \"left with status $?.\"; exec sleep 1000" % (
                      shlex.quote(self.pid_file), program),
                  env=campus.all_environ(LC_ALL="C.UTF-8", TZ="UTC", **environment))

    def tmux(self, *args, env=None):
        done = subprocess.run(["tmux", "-u", "-L", self.name, "-f", "/dev/null"] + list(args),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20,
                              check=False, env=env, cwd=self.campus.folder)
        if done.returncode:
            raise AssertionError("tmux %s: %s" % (args[0], done.stderr.decode()))
        return done.stdout.decode("utf-8")

    def close(self):
        try:
            self.tmux("kill-server")
        except AssertionError:
            pass

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keep(self, why, screen=None):
        path = os.environ.get("SUBFERRY_LIVE_SCREENS")
        if path:
            with open(path, "a", encoding="utf-8") as f:
                f.write("==== %s ==== %s\n%s\n" % (self.name, why, screen or self.screen()))

    def until(self, what, says, seconds):
        """Polls until @says of the screen is true; answers with that screen."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if says(screen):
                self.keep(what, screen)
                return screen
            if time.monotonic() > end:
                self.keep("NEVER " + what, screen)
                raise AssertionError("never %s:\n%s" % (what, screen))
            time.sleep(0.05)

    def wait(self, *texts, seconds=20):
        return self.until("saw " + " and ".join(texts),
                          lambda screen: all(text in screen for text in texts), seconds)

    def match(self, pattern, seconds=20):
        found = re.compile(pattern)
        return found.search(self.until("saw /%s/" % pattern, found.search, seconds))

    def gone(self, *texts, seconds=20):
        return self.until("lost " + " and ".join(texts),
                          lambda screen: not any(text in screen for text in texts), seconds)

    def keys(self, *keys):
        """A key right behind an Esc would be one with Alt: it comes a moment later."""
        for key in keys:
            self.tmux("send-keys", key)
            if key == "Escape":
                time.sleep(0.2)

    def type(self, text):
        self.tmux("send-keys", "-l", "--", text)

    @property
    def pid(self):
        with open(self.pid_file, encoding="ascii") as f:
            return int(f.read())

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
