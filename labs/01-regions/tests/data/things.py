"""Prints where a running CPython keeps things, then its own /proc/self/maps.

    python3 -S things.py NAME        writes NAME.things and NAME.maps

Addresses are real. Only the directory that Python is installed in is called /usr in the output.
CPython 3.11 to 3.13 on Linux.
"""
import ctypes
import sys


class Car:
    pass


def drive():
    pass


def address_of(c_function):
    return ctypes.cast(c_function, ctypes.c_void_p).value


def word(address):
    return ctypes.c_uint64.from_address(address).value


def c_frame():
    """The address of a C frame of this thread: what C code uses while it runs."""
    found = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    def visit(context, _):
        found.append(unwind._Unwind_GetCFA(context))
        return 0

    unwind = ctypes.CDLL("libgcc_s.so.1")
    unwind._Unwind_GetCFA.restype = ctypes.c_uint64
    unwind._Unwind_GetCFA.argtypes = [ctypes.c_void_p]
    unwind._Unwind_Backtrace(visit, None)
    return found[-1]


def python_frame():
    """The address of the _PyInterpreterFrame of this call: f_frame of its PyFrameObject."""
    return word(id(sys._getframe()) + 24)


number = int("5000")
data = bytes(600)
table = [0] * 100_000
things = [
    ("None", id(None)),
    ("the int 7", id(7)),
    ("the type list", id(list)),
    ("the str 'a'", id("a")),
    ("the class Car", id(Car)),
    ("the function drive", id(drive)),
    ("the code of drive", id(drive.__code__)),
    ("the dict globals()", id(globals())),
    ("int('5000')", id(number)),
    ("bytes(600)", id(data)),
    ("the pointers of a list of 100000", word(id(table) + 24)),
    ("the frame of a Python call", python_frame()),
    ("the frame of a C call", c_frame()),
    ("the C function PyList_New", address_of(ctypes.pythonapi.PyList_New)),
]

name = sys.argv[1]
with open("/proc/self/maps") as file:
    maps = file.read().replace(sys.base_prefix + "/", "/usr/")
exe = "/usr/bin/python%d.%d" % sys.version_info[:2]
with open(name + ".maps", "w") as file:
    file.write(maps)
with open(name + ".things", "w") as file:
    print("# Python", sys.version.split()[0], file=file)
    print("exe", exe, file=file)
    for what, address in things:
        print(f"{address:x} {what}", file=file)
