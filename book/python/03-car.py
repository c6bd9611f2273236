class Car:
    def __init__(self, wheels):
        self.wheels = wheels

    def __del__(self):
        print("the car is gone")


def drive(car):
    print("driving on", car.wheels, "wheels")


a = Car(4)
b = [a, a]
drive(a)
del a
print("a is deleted")
b[0] = None
print("the first item is replaced")
b.pop()
print("the second item is popped")
