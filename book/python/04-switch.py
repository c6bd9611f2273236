import gc
import sys


class Tells:
    def __del__(self):
        print("freed")


gc.disable()
op = Tells()
print("the collector is on:", gc.isenabled())
del op
x = [None] * 1000
before = sys.getrefcount(None)
x.clear()
print("None lost 1000 references:", before - sys.getrefcount(None) >= 1000)
