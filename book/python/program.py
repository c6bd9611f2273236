class Car:
    def __init__(self, wheels):
        self.wheels = wheels

class Node:
    def __init__(self, value):
        self.value = value
        self.next = None

def f2(x):
    x = x + 1
    return x

def f1(x):
    x = x * 2
    return f2(x)

def main():
    car = Car(4)
    a, b = Node("left"), Node(1025)
    a.next, b.next = b, a
    y = 5000
    z = f1(y)
    print(car.wheels, a.next.value, z)

main()
