import ctypes
import sys

POOL_SIZE = 16384 if sys.version_info >= (3, 10) else 4096

# Enough objects of 450 bytes to begin new pools. The last one lies in the newest.
many = [bytes(450 - 33) for _ in range(1004)]
block = id(many[-1])
pool = block & ~(POOL_SIZE - 1)


def number(offset, type=ctypes.c_uint32):
    return type.from_address(pool + offset).value


count, nextoffset = number(0), number(40)
print("pool size     ", POOL_SIZE)
szidx = number(36)
print("szidx         ", szidx, "so a block has", 16 * (szidx + 1), "bytes")
print("maxnextoffset ", number(44), "= pool size -", POOL_SIZE - number(44))
print("nextoffset is 48 + 464 * (count + 1):", nextoffset == 48 + 464 * (count + 1))
print("freeblock is the block behind ours:", number(8, ctypes.c_uint64) == block + 464)
