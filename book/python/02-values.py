import ctypes

class Car:
    def __init__(self, wheels):
        self.wheels = wheels

def word(address):
    return ctypes.c_uint64.from_address(address).value

def byte(address):
    return ctypes.c_uint8.from_address(address).value

cars = [Car(4000 + n) for n in range(40)]
for n in (0, 1, 9, 19, 39):
    values = word(id(cars[n]) - 32)  # the block of values
    wheels = word(values) == id(cars[n].wheels)
    print(f"car {n:>2}: value 0 is its wheels: {wheels};",
          "bytes in front of the values:", byte(values - 1))

def front(op):
    values, names = word(id(op) - 32), word(id(op) - 24)
    return f"values: {values != 0}, dict: {names != 0}"

print("car  0:", front(cars[0]))
cars[0].__dict__
print("car  0:", front(cars[0]), "after __dict__ was touched")
