//! The inverse of a small symmetric positive definite matrix.

/// Pivots are at least this: rounding must not make a matrix indefinite.
const SMALLEST_PIVOT: f64 = 1e-12;

/// Inverts a matrix of `size` rows in place; its lower triangle counts, and both triangles of the inverse are filled.
/// Source: Cholesky's factorisation `A = L·Lᵀ`, then `A⁻¹ = L⁻ᵀ·L⁻¹`.
pub(super) fn invert(matrix: &mut [f64], size: usize) {
    for row in 0..size {
        for column in 0..=row {
            let (above, below) = matrix.split_at(row * size);
            let one = &below[..column];
            let two = if row == column { one } else { &above[column * size..][..column] };
            let rest = below[column] - one.iter().zip(two).map(|(a, b)| a * b).sum::<f64>();
            matrix[row * size + column] =
                if row == column { rest.max(SMALLEST_PIVOT).sqrt() } else { rest / matrix[column * size + column] };
        }
    }
    for row in 0..size {
        let pivot = 1.0 / matrix[row * size + row];
        for column in 0..row {
            let sum: f64 = (column..row).map(|place| matrix[row * size + place] * matrix[place * size + column]).sum();
            matrix[row * size + column] = -sum * pivot;
        }
        matrix[row * size + row] = pivot;
    }
    // Row by row from the top: what is still needed of the triangle lies below.
    for row in 0..size {
        for column in 0..=row {
            let sum: f64 = (row..size).map(|place| matrix[place * size + row] * matrix[place * size + column]).sum();
            matrix[column * size + row] = sum;
        }
    }
    for row in 0..size {
        for column in 0..row {
            matrix[row * size + column] = matrix[column * size + row];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let mut random = Random::new(1);
        for size in 1..=24 {
            let mut draw = || random.below(2_001) as f64 / 1_000.0 - 1.0;
            let factor: Vec<f64> = (0..size * size).map(|_| draw()).collect();
            let at = |row: usize, column: usize| -> f64 {
                let product: f64 =
                    (0..size).map(|place| factor[row * size + place] * factor[column * size + place]).sum();
                if row == column { product + 0.1 } else { product }
            };
            let matrix: Vec<f64> = (0..size * size).map(|place| at(place / size, place % size)).collect();
            let mut inverse = matrix.clone();
            invert(&mut inverse, size);
            for (row, column) in (0..size).flat_map(|row| (0..size).map(move |column| (row, column))) {
                let product: f64 =
                    (0..size).map(|place| matrix[row * size + place] * inverse[place * size + column]).sum();
                let wanted = if row == column { 1.0 } else { 0.0 };
                assert!((product - wanted).abs() < 1e-9, "{size}: {row}, {column}: {product}");
            }
        }
    }

    #[test]
    fn a_matrix_of_two_rows() {
        // [4 2; 2 3] has the determinant 12 - 4 = 8 and the inverse [3 -2; -2 4] / 8.
        let mut matrix = [4.0, f64::NAN, 2.0, 3.0];
        invert(&mut matrix, 2);
        for (ours, wanted) in matrix.iter().zip([0.375, -0.25, -0.25, 0.5]) {
            assert!((ours - wanted).abs() < 1e-15, "{matrix:?}");
        }
    }
}
