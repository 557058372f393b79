"""Another program that keeps starts in the same state, as the predecessor's rules are: whole file under flock(2).

pool_writer.py <picks> <state> <team directory> [unlocked]
"""
import fcntl
import json
import os
import random
import sys
import time

times, state_file, team = int(sys.argv[1]), sys.argv[2], sys.argv[3]
locks = "unlocked" not in sys.argv


def pick():
    try:
        with open(state_file, encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        state = {}
    old = state.get("auth_counts", {})
    counts = {path: max(0, int(old.get(path, 0))) for path in sorted(os.path.join(team, name) for name in os.listdir(team))}
    least = min(counts.values())
    chosen = random.choice([path for path, count in counts.items() if count == least])
    counts[chosen] += 1
    state["auth_counts"] = counts
    if not locks:
        time.sleep(0.002)
    temporary = state_file + (".tmp" if locks else f".{os.getpid()}.tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(json.dumps(state, ensure_ascii=False, indent=2) + "\n")
    os.rename(temporary, state_file)
    return chosen


for _ in range(times):
    with open(state_file + ".lock", "w") as lock:
        if locks:
            fcntl.flock(lock, fcntl.LOCK_EX)
        chosen = pick()
    os.write(1, (chosen + "\n").encode())
