import dis

def price(a, tax):
    return a + a * tax

for instruction in dis.get_instructions(price):
    print(instruction.offset, instruction.opname, instruction.argrepr)
code = price.__code__.co_code
print(len(code), "bytes:", code[:8].hex(" "), "…")
