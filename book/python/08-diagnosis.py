import collections, gc, sys

sys.path.insert(0, "../../labs/08-manager")
import service

def types():
    gc.collect()
    return collections.Counter(type(op).__name__ for op in gc.get_objects())

running = service.Service(1)
for _ in range(2000):
    service.serve(running, 100, 100, ageing=True)
before = types()
for _ in range(2000):
    service.serve(running, 100, 100, ageing=True)
print({name: more // 100 * 100 for name, more in (types() - before).most_common(5)})
print("sessions in the cache:", len(running.cache))

known = {id(session) for session in running.cache.values()}
sessions = [op for op in gc.get_objects() if type(op) is service.Session]
op = next(session for session in sessions if id(session) not in known)
while op is not running:
    holders = [holder for holder in gc.get_referrers(op)
               if holder is not globals()
               and type(holder) in (tuple, dict, service.Service)]
    print(f"a {type(op).__name__} is held by a {type(holders[0]).__name__}")
    last, op = op, holders[0]
names = [name for name, value in vars(running).items() if value is last]
print("its attribute", names)
