import gc

class Request:
    def __init__(self, number):
        self.number = number
        self.session = Session(self)

class Session:
    def __init__(self, request):
        self.request = request

def serve(number):
    Request(number)

gc.set_debug(gc.DEBUG_SAVEALL)
for hour in range(4):
    for number in range(5000):
        serve(number)
    gc.collect()
    print(hour, "collected:", sum(s["collected"] for s in gc.get_stats()) // 1000, "thousand,",
          "requests:", sum(type(op) is Request for op in gc.get_objects()))
