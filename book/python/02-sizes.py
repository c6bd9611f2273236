import sys

class Car:
    def __init__(self, wheels):
        self.wheels = wheels

for text in ("0", "1", "2**30 - 1", "2**30", "1.5", "True", "None", "object()",
             "''", "'wheels'", "'é'", "'한'", "()", "(1, 2)", "[]", "{}",
             "set()", "Car(4)"):
    print(f"{text:<10} {sys.getsizeof(eval(text)):>4}")
