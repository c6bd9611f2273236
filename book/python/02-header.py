import ctypes

def word(address):
    return ctypes.c_uint64.from_address(address).value

class Car:
    pass

for op in (int("5000"), 2.5, None, [], Car(), int, type):
    its_type = type(op)
    same = word(id(op) + 8) == id(its_type)
    print(f"{its_type.__name__:<9} word 1 is the address of its type: {same}")
