import gc, sys

sys.path.insert(0, "../../labs/08-manager")
import service

looked = []

def note(phase, info):
    if phase == "start":
        generations = range(info["generation"] + 1)
        looked.append(sum(len(gc.get_objects(n)) for n in generations))

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
    in_sum, at_once = sum(looked) // 1000, max(looked) // 1000
    print(f"{hour:4}{len(running.cache):10}{len(looked):13}{in_sum:9} k{at_once:8} k"
          f"{len(gc.garbage):9}")
