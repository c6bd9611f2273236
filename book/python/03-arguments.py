from sys import getrefcount


def inside(argument):
    return getrefcount(argument)


x = object()
print("in the caller:", getrefcount(x))
print("in the callee:", inside(x))
