import ctypes
import sys

x = int("1025")          # made while the program runs, so that only x refers to it


def word(address):
    return ctypes.c_uint64.from_address(address).value


print("bytes that were asked for:", sys.getsizeof(x))
print("word 0, the count:        ", word(id(x)))
print("word 1, the type is int:  ", word(id(x) + 8) == id(int))
print("word 2, digits:           ", word(id(x) + 16))
print("digit 0, the value:       ", ctypes.c_uint32.from_address(id(x) + 24).value)
