import gc
import weakref


class Car:
    pass


gc.disable()  # only counting is left
ref = weakref.ref(Car)
print("in its own mro:", Car in Car.__mro__)
del Car
print("alive:", ref() is not None)
gc.collect()
print("alive after a collection:", ref() is not None)
