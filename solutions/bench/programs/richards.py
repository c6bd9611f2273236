"""Short-lived frames, method calls and small integers over a few objects that stay.

A simulated operating system after the idea of Martin Richards' benchmark: tasks with priorities
send packets to one another, and a scheduler runs whoever has something to do.
"""

import sys
from collections import deque


class Packet:
    def __init__(self, kind, owner, data):
        self.kind = kind
        self.owner = owner
        self.data = data


class Task:
    def __init__(self, kernel, name, priority):
        self.kernel = kernel
        self.name = name
        self.priority = priority
        self.inbox = deque()
        self.held = False
        kernel.add(self)

    def ready(self):
        return self.inbox and not self.held

    def run(self):
        self.handle(self.inbox.popleft())

    def send(self, name, packet):
        self.kernel.tasks[name].inbox.append(packet)
        self.kernel.sent += 1


class Device(Task):
    """Finishes a piece of work some turns later."""

    def __init__(self, kernel, name, priority, delay):
        super().__init__(kernel, name, priority)
        self.delay = delay

    def handle(self, packet):
        self.held = True
        self.kernel.timers.append([self.delay, self, packet])

    def finished(self, packet):
        self.held = False
        self.send(packet.owner, Packet("done", self.name, packet.data[::-1]))


class Worker(Task):
    def __init__(self, kernel, name, priority, devices):
        super().__init__(kernel, name, priority)
        self.devices = devices
        self.turn = 0
        self.state = {"sum": 0, "packets": 0}

    def handle(self, packet):
        self.turn += 1
        self.state = {
            "sum": (self.state["sum"] * 31 + sum(packet.data)) % 1_000_003,
            "packets": self.state["packets"] + 1,
        }
        data = [(value * 7 + self.turn) % 251 for value in packet.data]
        device = self.devices[self.turn % len(self.devices)]
        self.send(device, Packet("work", self.name, data))


class Kernel:
    def __init__(self):
        self.tasks = {}
        self.timers = []
        self.sent = 0

    def add(self, task):
        self.tasks[task.name] = task

    def tick(self):
        waiting = []
        for timer in self.timers:
            timer[0] -= 1
            if timer[0] > 0:
                waiting.append(timer)
            else:
                timer[1].finished(timer[2])
        self.timers = waiting

    def step(self):
        ready = [task for task in self.tasks.values() if task.ready()]
        if ready:
            max(ready, key=lambda task: task.priority).run()
        self.tick()


def main(steps):
    kernel = Kernel()
    for number in range(3):
        Device(kernel, f"device{number}", 10 + number, 2 + number)
    devices = list(kernel.tasks)
    for number in range(4):
        worker = Worker(kernel, f"worker{number}", number, devices)
        for packet in range(3):
            worker.inbox.append(Packet("done", "start", list(range(packet, packet + 4))))
    for _ in range(steps):
        kernel.step()
    return kernel.sent


main(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
