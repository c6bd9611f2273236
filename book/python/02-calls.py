import sys

def f2(x):
    x = x + 1
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "<module>":
        print(f"{frame.f_code.co_name:<5}", frame.f_locals.get("x", "-"), frame.f_locals.get("y", "-"))
        frame = frame.f_back
    return x

def f1(x):
    x = x * 2
    return f2(x)

def main():
    y = 5000
    z = f1(y)
    print("then z is", z, "and y is still", y)

main()
