import dis

code = compile("x = 1025", "one_line.py", "exec")
dis.dis(code)
print("constants:", code.co_consts)
print("names:    ", code.co_names)
