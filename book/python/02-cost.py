import array
import sys

values = range(1_000, 1_001_000)
numbers = [int(str(n)) for n in values]
raw = array.array("q", values)      # 8 bytes for each value, as in C

print("list  ", sys.getsizeof(numbers), "bytes of references")
print("      ", sum(map(sys.getsizeof, numbers)), "bytes of int objects")
print("array ", sys.getsizeof(raw), "bytes of values")
