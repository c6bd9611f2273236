class Car:
    def __init__(self, wheels):
        self.wheels = wheels

    def getWheels(self):
        return self.wheels

c = Car(4)
print(c.getWheels(), Car.getWheels(c))
print("self is c:", c.getWheels.__self__ is c)
same = Car(3).getWheels.__func__ is c.getWheels.__func__
print("one function for all cars:", same)
print("in the car:", c.__dict__)
print("in the class:", [name for name in vars(Car) if name[0] != "_"])
