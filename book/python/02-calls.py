import sys

def show(frame):
    while frame.f_code.co_name != "<module>":
        print(f"{frame.f_code.co_name:<5} {frame.f_locals}")
        frame = frame.f_back

def f2(x):
    x = x + 1
    show(sys._getframe())
    return x

def f1(x):
    x = x * 2
    return f2(x)

def main():
    y = 5000
    z = f1(y)
    print("then z is", z, "and y is still", y)

main()
