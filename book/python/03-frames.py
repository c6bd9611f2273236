from sys import getrefcount


def show(what, value):
    # What getrefcount shows, without its own argument and without `value`.
    print(f"{what:36}{getrefcount(value) - 2}")


def f2(x):
    show("f2 is called with f1's object", x)
    x = x + 1
    show("f2: x = x + 1 makes another", x)
    return x


def f1(x):
    show("f1 is called with main's object", x)
    x = x * 2
    show("f1: x = x * 2 makes another", x)
    y = f2(x)
    show("f2 has returned: f1's x", x)
    show("f2 has returned: f1's y", y)
    return y


def main():
    y = int("5000")
    show("main: y", y)
    z = f1(y)
    show("f1 has returned: main's y", y)
    show("f1 has returned: main's z", z)


main()
