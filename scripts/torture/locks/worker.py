"""The same as worker.ts, as another program that takes flock(2): worker.py <name> <folder> <chance> [unlocked]"""
import fcntl
import json
import os
import random
import signal
import sys

name, folder, chance = sys.argv[1], sys.argv[2], float(sys.argv[3])
locks = "unlocked" not in sys.argv
state, witness = os.path.join(folder, "state.json"), os.path.join(folder, "witness")


def start_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().split(") ")[1].split(" ")
    except (OSError, IndexError):
        return None
    return None if fields[0] in "ZX" or int(fields[6]) & 4 else fields[19]


self = f"{os.getpid()} {start_of(os.getpid())}"


def die_by_chance():
    if random.random() < chance:
        os.kill(os.getpid(), signal.SIGKILL)


def append(path, line):
    fd = os.open(os.path.join(folder, path), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(fd, line.encode())
    os.close(fd)


def enter():
    while True:
        try:
            fd = os.open(witness, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(fd, self.encode())
            os.close(fd)
            return
        except FileExistsError:
            pass
        try:
            with open(witness) as file:
                owner = file.read()
            pid, _, start = owner.partition(" ")
            if pid and start_of(pid) == start:
                append("intrusions", f"{self} while {owner} is inside\n")
            os.unlink(witness)
        except FileNotFoundError:
            pass


def count():
    die_by_chance()
    enter()
    die_by_chance()
    with open(state) as file:
        old = json.load(file)
    old["total"] += 1
    old["counts"][name] = own = old["counts"].get(name, 0) + 1
    temporary = f"{state}.{os.getpid()}.tmp"
    with open(temporary, "w") as file:
        json.dump(old, file)
    os.rename(temporary, state)
    die_by_chance()
    try:
        os.unlink(witness)
    except FileNotFoundError:
        pass
    return f"{old['total']} {own}\n"


while not os.path.exists(os.path.join(folder, "stop")):
    with open(state + ".lock", "a") as lock:
        if locks:
            fcntl.flock(lock, fcntl.LOCK_EX)
        given = count()
    die_by_chance()
    append(f"{name}.done", given)
