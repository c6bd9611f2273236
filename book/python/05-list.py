import ctypes

many = [bytes(450 - 33) for _ in range(1000)]
a, b, c = [id(one) for one in many[-3:]]


def word(address):
    return ctypes.c_uint64.from_address(address).value


many[-3] = None  # frees a
many[-1] = None  # frees c
many[-2] = None  # frees b
print("the first word of b is c:", word(b) == c)
print("the first word of c is a:", word(c) == a)

new = [bytes(450 - 33) for _ in range(3)]
print("then b, c and a are handed out:", [id(one) for one in new] == [b, c, a])
