import weakref


class Car:
    pass


car = Car()
print("the same weak reference:", weakref.ref(car) is weakref.ref(car))
basic = weakref.ref(car)
first = weakref.ref(car, lambda r: print("first:", basic(), first(), second()))
second = weakref.ref(car, lambda r: print("second:", basic(), first(), second()))
forgotten = weakref.ref(car, lambda r: print("never printed"))
print("weak references:", weakref.getweakrefcount(car))
del forgotten
print("weak references:", weakref.getweakrefcount(car))
del car
