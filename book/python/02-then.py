import sys

class Car:
    def __init__(self, wheels):
        self.wheels = wheels

class Point:
    __slots__ = ("x", "y")

car = Car(4)
print("Car(4)", sys.getsizeof(car), "  Point()", sys.getsizeof(Point()))
print("int 0 ", sys.getsizeof(0))
print("'né'  ", sys.getsizeof("né"), "  '한'", sys.getsizeof("한"))
print("count of None over a million:", sys.getrefcount(None) > 1_000_000)
