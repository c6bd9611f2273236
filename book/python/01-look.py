import ctypes

number = int("5000")
address = id(number)

count = ctypes.c_uint64.from_address(address)
kind = ctypes.c_uint64.from_address(address + 8)
digit = ctypes.c_uint32.from_address(address + 24)

print("references:", count.value)
print("its type is int:", kind.value == id(int))
print("its digit:", digit.value)

digit.value = 4711
print("number is now", number)
