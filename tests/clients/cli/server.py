"""A jalond with the small demo on a folder of its own, and `jalon` talking to it."""

import os
import subprocess
import tempfile
import time

# Seconds after which something that should have happened is a failure.
BOUND = 60


class Server:
    def __init__(self, jalond, jalon, *flags):
        self.jalon = jalon
        self.folder = tempfile.TemporaryDirectory()
        port_file = os.path.join(self.folder.name, "port")
        self.process = subprocess.Popen(
            [jalond, "--data", os.path.join(self.folder.name, "data"), "--listen", "127.0.0.1:0",
             "--port-file", port_file, *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + BOUND
        while not (os.path.exists(port_file) and os.path.getsize(port_file)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                self.folder.cleanup()
                raise AssertionError("jalond does not serve")
            time.sleep(0.02)
        with open(port_file, encoding="utf-8") as file:
            self.address = "127.0.0.1:" + file.read().strip()

    def path(self, *parts):
        return os.path.join(self.folder.name, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run(self, *arguments, text=True):
        return subprocess.run([self.jalon, "--server", self.address, *arguments], text=text,
                              cwd=self.folder.name, capture_output=True, timeout=BOUND, check=False)

    def bytes_of(self, *arguments):
        done = self.run(*arguments, text=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=BOUND)
        self.folder.cleanup()
