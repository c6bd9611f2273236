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
longest = []
for hour in range(1, 9):
    looked.clear()
    for _ in range(6000):
        service.serve(running, 500, 500, ageing=False)
    longest.append(f"{max(looked) // 1000} k")
print("at once:", *longest)
