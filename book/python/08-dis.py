import dis

def price(a, tax):
    return a + a * tax

for instruction in dis.get_instructions(price):
    print(instruction.offset, instruction.opname, instruction.argrepr)
print(len(price.__code__.co_code), "bytes:", price.__code__.co_code[:8].hex(" "), "…")
