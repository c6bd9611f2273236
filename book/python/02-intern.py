import sys

class Car:
    def __init__(self, wheels):
        self.wheels = wheels

made = "".join(["whe", "els"])          # made while the program runs
name = next(iter(Car(4).__dict__))      # the name that the class uses
print("made == name:", made == name, "  made is name:", made is name)
print("sys.intern(made) is name:", sys.intern(made) is name)
