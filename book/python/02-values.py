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
    values = word(id(cars[n]) - 32)                       # the block of values
    in_place = word(values) == id(cars[n].wheels)
    print(f"car {n:>2}: value 0 is its wheels: {in_place};  bytes in front of the values: {byte(values - 1)}")

print("dict in front of car 0:", word(id(cars[0]) - 24))
cars[0].__dict__
print("after cars[0].__dict__: values", word(id(cars[0]) - 32), "  a dict:", word(id(cars[0]) - 24) != 0)
