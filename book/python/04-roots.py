import gc
import sys


def f():
    a = []
    b = [a]
    referrers = gc.get_referrers(a)
    print("what the collector knows to refer to a:", [r is b for r in referrers])
    print("references to a:", sys.getrefcount(a) - 1)
    print("gc.collect():", gc.collect(), "- and a is still here:", a)


gc.collect()
f()
