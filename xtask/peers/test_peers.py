"""Tests of what happens to a model on its way to CP-SAT; they need no package. `python3 -m unittest` here runs them."""

import itertools
import unittest
from decimal import Decimal

import cpsat
import mps

SMALL = """* a remark
NAME pb_assign
OBJSENSE
    MAX
ROWS
 N objective
 E one_account_T1
 G short_at_least_A_G
 L A_margin_max
COLUMNS
 short_A_G objective -0.5
 short_A_G short_at_least_A_G 1
 short_A_G A_margin_max 0.025
 objective_constant objective 7.5
 marker 'MARKER' 'INTORG'
 x_T1_A objective 1
 x_T1_A one_account_T1 1
 x_T1_A short_at_least_A_G 100.25
 x_T1_B one_account_T1 1
 marker 'MARKER' 'INTEND'
RHS
 rhs one_account_T1 1
 rhs short_at_least_A_G 40.5
 rhs A_margin_max 3.1
BOUNDS
 FX bounds objective_constant 1
 UP bounds short_A_G 500
 UP bounds x_T1_A 1
 UP bounds x_T1_B 1
ENDATA
"""


def row(kind, bound, *terms):
    columns = [mps.Column(f"x_{index}", True, Decimal(0), Decimal(1)) for index in range(len(terms))]
    return mps.Row("row", kind, Decimal(bound), [(c, Decimal(t)) for c, t in zip(columns, terms)])


class Reading(unittest.TestCase):
    def test_a_file_is_read_with_its_decimals(self):
        program = mps.read(SMALL.splitlines())
        self.assertEqual(program.rows["A_margin_max"].bound, Decimal("3.1"))
        self.assertTrue(program.columns["x_T1_A"].whole)
        self.assertFalse(program.columns["short_A_G"].whole)
        self.assertEqual(program.columns["objective_constant"].lower, 1)
        self.assertEqual([str(number) for _, number in program.objective], ["-0.5", "7.5", "1"])

    def test_a_bound_that_is_not_known_is_refused(self):
        with self.assertRaises(ValueError):
            mps.read(SMALL.replace(" UP bounds x_T1_A 1", " MI bounds x_T1_A 0").splitlines())


class Whole(unittest.TestCase):
    def test_a_short_size_is_counted_in_the_last_place_of_its_values(self):
        program = mps.read(SMALL.splitlines())
        grid = cpsat.grids(program)
        self.assertEqual(grid, {"short_A_G": 2})
        terms, bound, is_rounded = cpsat.whole_row(program.rows["short_at_least_A_G"], grid)
        # In hundredths: s + 10025 x >= 4050.
        self.assertEqual(([number for _, number in terms], bound, is_rounded), ([1, 10025], 4050, False))
        terms, bound, _ = cpsat.whole_row(program.rows["A_margin_max"], grid)
        # 0.025 a unit is 0.00025 a hundredth: times 100,000.
        self.assertEqual(([number for _, number in terms], bound), ([25], 310000))

    def test_what_keeps_a_rounded_row_keeps_the_real_one(self):
        numbers = ["123456789012.123456789012", "-98765432109.98765432101", "55555555555.000000000003"]
        for kind in "LG":
            for bound in ["123456789012.123456789012", "24691356902.135802467990"]:
                real = row(kind, bound, *numbers)
                terms, limit, is_rounded = cpsat.whole_row(real, {})
                self.assertTrue(is_rounded)
                for point in itertools.product([0, 1], repeat=3):
                    left = sum(number * x for (_, number), x in zip(terms, point))
                    exact = sum(number * x for (_, number), x in zip(real.terms, point))
                    if left <= limit if kind == "L" else left >= limit:
                        self.assertTrue(exact <= real.bound if kind == "L" else exact >= real.bound)

    def test_an_equation_is_never_rounded(self):
        with self.assertRaises(ValueError):
            cpsat.whole_row(row("E", "1", "123456789012.123456789012"), {})

    def test_a_continuous_column_that_is_no_short_size_is_refused(self):
        program = mps.read(SMALL.replace("short_at_least_A_G", "other").splitlines())
        with self.assertRaises(ValueError):
            cpsat.grids(program)


if __name__ == "__main__":
    unittest.main()
