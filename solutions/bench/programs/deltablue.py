"""A web of objects that point at one another, taken apart and put together again and again.

An incremental solver of one-way constraints, after the idea of the DeltaBlue algorithm (Freeman-Benson,
Maloney and Borning): constraints have strengths, and of two that compete for a variable the stronger
one wins.
"""

import sys

REQUIRED, STRONG, NORMAL, WEAK, WEAKEST = range(5)


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.constraints = []
        self.source = None
        self.strength = WEAKEST


class Constraint:
    """Computes one of its variables from the others, if it is strong enough to."""

    def __init__(self, strength, *variables):
        self.strength = strength
        self.variables = variables
        self.output = None
        for variable in variables:
            variable.constraints.append(self)

    def inputs(self):
        return [variable for variable in self.variables if variable is not self.output]

    def choose(self, done):
        open_to_us = [v for v in self.outputs() if v not in done and self.strength < v.strength]
        return max(open_to_us, key=lambda variable: variable.strength, default=None)

    def outputs(self):
        return self.variables

    def remove(self):
        for variable in self.variables:
            variable.constraints.remove(self)


class Stay(Constraint):
    def compute(self):
        return self.output.value


class Edit(Constraint):
    def __init__(self, strength, variable, value):
        super().__init__(strength, variable)
        self.value = value

    def compute(self):
        return self.value


class Equal(Constraint):
    def compute(self):
        return self.inputs()[0].value


class Scale(Constraint):
    """target = source * factor + offset"""

    def compute(self):
        source, factor, offset, target = self.variables
        if self.output is target:
            return source.value * factor.value + offset.value
        return (target.value - offset.value) / factor.value

    def outputs(self):
        return (self.variables[0], self.variables[3])


class Solver:
    def add(self, constraint):
        done = set()
        while constraint is not None:
            constraint = self.enforce(constraint, done)

    def enforce(self, constraint, done):
        """Lets `constraint` determine a variable; returns the constraint that lost it."""
        target = constraint.choose(done)
        if target is None:
            return None
        loser = target.source
        if loser is not None:
            loser.output = None
        constraint.output = target
        target.source = constraint
        done.add(target)
        self.spread(constraint)
        return loser

    def spread(self, first):
        for constraint in self.plan(first):
            target = constraint.output
            weakest = [variable.strength for variable in constraint.inputs()]
            target.strength = max([constraint.strength, *weakest]) if weakest else constraint.strength
            target.value = constraint.compute()

    def plan(self, first):
        """All constraints that depend on what `first` computes, in an order that can be executed."""
        order, waiting, seen = [], [first], set()
        while waiting:
            constraint = waiting.pop()
            if constraint in seen:
                continue
            seen.add(constraint)
            order.append(constraint)
            waiting += [
                other
                for other in constraint.output.constraints
                if other is not constraint and other.output not in (None, constraint.output)
            ]
        return order

    def remove(self, constraint):
        target = constraint.output
        constraint.remove()
        if target is None:
            return
        target.source = None
        target.strength = WEAKEST
        for other in sorted(target.constraints, key=lambda other: other.strength):
            if other.output is None:
                self.add(other)


def chain(length, edits):
    solver = Solver()
    variables = [Variable(f"v{number}", number) for number in range(length)]
    solver.add(Stay(WEAK, variables[-1]))
    for left, right in zip(variables, variables[1:]):
        solver.add(Equal(REQUIRED, left, right))
    for value in range(edits):
        edit = Edit(STRONG, variables[0], float(value))
        solver.add(edit)
        assert variables[-1].value == value
        solver.remove(edit)


def projection(count, edits):
    solver = Solver()
    scale, offset = Variable("scale", 10), Variable("offset", 1000)
    targets = []
    for number in range(count):
        source, target = Variable(f"s{number}", number), Variable(f"t{number}", 0)
        solver.add(Stay(NORMAL, source))
        solver.add(Scale(REQUIRED, source, scale, offset, target))
        targets.append(target)
    for value in range(edits):
        variable = (scale, offset)[value % 2]
        edit = Edit(STRONG, variable, value + 2)
        solver.add(edit)
        solver.remove(edit)
    return [target.value for target in targets]


def main(size, rounds):
    for turn in range(rounds):
        chain(size + turn, 6)
        projection(size - turn, 6)


arguments = [int(argument) for argument in sys.argv[1:]]
main(*(arguments or [60, 8]))
