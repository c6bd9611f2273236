from sys import getrefcount


class Car:
    pass


before = getrefcount(Car)
cars = [Car() for _ in range(100)]
print("a hundred cars:", getrefcount(Car) - before)
del cars
print("no car:", getrefcount(Car) - before)

before = getrefcount(list)
lists = [[] for _ in range(100)]
print("a hundred lists:", getrefcount(list) - before)
