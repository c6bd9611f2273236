import gc, os

def private():
    """The pages that this process has for itself and has written to, in MB."""
    for line in open("/proc/self/smaps_rollup"):
        if line.startswith("Private_Dirty:"):
            return int(line.split()[1]) / 1024

def in_a_child(name, work):
    reader, writer = os.pipe()
    if os.fork() == 0:
        before = private()
        work()
        os.write(writer, str(round((private() - before) / 20) * 20).encode())
        os._exit(0)
    os.wait()
    print(f"{name:28}", os.read(reader, 20).decode(), "MB copied")

def use():
    for op in program:
        pass

gc.disable()
program = [[i] for i in range(1_000_000)]
in_a_child("nothing", lambda: None)
in_a_child("gc.collect()", gc.collect)
in_a_child("each object used once", use)
gc.freeze()
in_a_child("frozen, gc.collect()", gc.collect)
in_a_child("frozen, each used once", use)
