import gc

class Request:
    pass

gc.collect()
gc.set_debug(gc.DEBUG_SAVEALL)
request = Request()
request.me = request
del request
gc.collect()

[lost] = [op for op in gc.get_objects() if type(op) is Request]
for op in gc.get_referrers(lost):
    print(type(op).__name__, op is gc.garbage, op is lost, op is globals())
print(gc.get_debug() == gc.DEBUG_SAVEALL)
