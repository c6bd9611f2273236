import gc, io, tokenize
from xml.dom import minidom

def measure(name, work):
    looked, dead, times = [0] * 3, [0] * 3, [0] * 3

    def note(phase, info):
        n = info["generation"]
        if phase == "start":
            times[n] += 1
            looked[n] += sum(len(gc.get_objects(k)) for k in range(n + 1))
        else:
            dead[n] += info["collected"]

    gc.collect()
    gc.freeze()
    gc.collect()
    gc.callbacks.append(note)
    work()
    gc.callbacks.clear()
    print(name)
    for n in range(3):
        found = f", {100 * dead[n] / looked[n]:.0f} % dead" if looked[n] else ""
        print(f"    generation {n}: {times[n]} collections{found}")

def document(elements):
    text = "".join(f"<item><name>{i}</name></item>" for i in range(elements))
    return f"<list>{text}</list>"

def parse(times, elements):
    for _ in range(times):
        minidom.parseString(document(elements)).toxml()

def tokens():
    text = open(tokenize.__file__).read()
    for _ in range(6):
        list(tokenize.generate_tokens(io.StringIO(text).readline))

measure("600 small XML documents", lambda: parse(600, 10))
measure("40 large XML documents", lambda: parse(40, 400))
measure("a source file in tokens", tokens)
