import gc, sys

sys.path.insert(0, "../../labs/08-manager")
import service

looked = []

def note(phase, info):
    if phase == "start":
        looked.append(sum(len(gc.get_objects(n)) for n in range(info["generation"] + 1)))

gc.collect()
gc.freeze()
gc.collect()
gc.callbacks.append(note)
running = service.Service(1)
print("hour  sessions  collections  looked at   at once  garbage")
for hour in range(1, 9):
    looked.clear()
    for _ in range(6000):
        service.serve(running, 500, 500, ageing=True)
    print(f"{hour:4}{len(running.cache):10}{len(looked):13}{sum(looked) // 1000:9} k"
          f"{max(looked) // 1000:8} k{len(gc.garbage):9}")
