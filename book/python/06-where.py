def region(address):
    for line in open("/proc/self/maps"):
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if start <= address < end:
            return line.split()[5] if len(line.split()) > 5 else "anonymous memory"

blocks = [bytes(size - 33) for size in (511, 512, 513, 5000)]
for block in blocks:
    print(f"{block.__sizeof__():5} bytes: {region(id(block))}")
