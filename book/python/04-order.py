import gc
import weakref


class Part:
    def __del__(self):
        print("the part's __del__")


class Car:
    def __init__(self):
        self.part = Part()
        self.me = self

    def __del__(self):
        print("the car's __del__, weak reference alive:", ref() is self)


gc.disable()
gc.collect()
car = Car()
ref = weakref.ref(car, lambda r: print("callback, weak reference dead:", r() is None))
del car
print("after del")
print("collected:", gc.collect())
