//! A kernel with more rows: cuts, which every placement keeps that keeps the rows they follow from.

use super::{Cut, Kernel, Row};

/// Where a row of a grown kernel comes from.
enum Source {
    Row(usize),
    Cut(usize),
}

impl Kernel<'_> {
    /// The same problem with these cuts in place of the ones it has. Those of an account follow its own rows.
    pub(crate) fn with_cuts(&self, cuts: Vec<Cut>) -> Self {
        let mut grown = Self { rows: Vec::new(), block: vec![0], cuts: Vec::new(), ..self.clone() };
        (grown.coefficients, grown.offset) = (Vec::new(), Vec::new());
        let mut sources: Vec<Vec<Source>> = Vec::new();
        for block in 0..=self.accounts() {
            let own = self.block(block).filter(|row| self.rows[*row].cut.is_none()).map(Source::Row);
            let cuts = (0..cuts.len()).filter(|cut| cuts[*cut].account == block).map(Source::Cut);
            sources.push(own.chain(cuts).collect());
        }
        for source in &sources {
            for each in source {
                let row = match each {
                    Source::Row(row) => self.rows[*row].clone(),
                    Source::Cut(number) => Row::of_cut(&cuts[*number], *number),
                };
                grown.rows.push(row);
            }
            grown.block.push(grown.rows.len());
        }
        for choice in 0..self.account.len() {
            grown.offset.push(grown.coefficients.len());
            let (own, shared) = self.coefficients(choice);
            let account = self.account[choice];
            for (source, row) in sources[account].iter().zip(grown.block[account]..) {
                grown.coefficients.push(match source {
                    Source::Row(row) => own[row - self.block(account).start],
                    Source::Cut(cut) => cuts[*cut].weight(choice) / grown.rows[row].scale,
                });
            }
            grown.coefficients.extend_from_slice(shared);
        }
        for position in &mut grown.positions {
            let block = self.block(position.account);
            let (own, shared) = position.factors.split_at(block.len());
            let factor = |source: &Source| match source {
                Source::Row(row) => own[row - block.start],
                Source::Cut(_) => 0.0,
            };
            position.factors = sources[position.account].iter().map(factor).chain(shared.iter().copied()).collect();
        }
        grown.cuts = cuts;
        grown
    }

    /// The prices of the rows that are no cuts, and those of the cuts.
    pub(crate) fn parted(&self, prices: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut rows, mut cuts) = (Vec::new(), vec![0.0; self.cuts.len()]);
        for (row, price) in self.rows.iter().zip(prices) {
            match row.cut {
                Some(cut) => cuts[cut] = *price,
                None => rows.push(*price),
            }
        }
        (rows, cuts)
    }

    /// The prices of all rows from those of [`Kernel::parted`]; cuts that have none get 0.
    pub(crate) fn joined(&self, rows: &[f64], cuts: &[f64]) -> Vec<f64> {
        let mut rows = rows.iter();
        let price = |row: &Row| match row.cut {
            Some(cut) => cuts.get(cut).copied().unwrap_or_default(),
            None => rows.next().copied().unwrap_or_default(),
        };
        self.rows.iter().map(price).collect()
    }
}

impl Row {
    /// Scaled as every row is: a usual weight is 1.
    fn of_cut(cut: &Cut, index: usize) -> Self {
        let squares: f64 = cut.weights.iter().map(|(_, weight)| f64::from(*weight).powi(2)).sum();
        let scale = (squares / cut.weights.len().max(1) as f64).sqrt();
        let high = f64::from(cut.most) / scale;
        Self { low: f64::NEG_INFINITY, high, scale, at_least: None, at_most: None, cut: Some(index) }
    }
}

impl Cut {
    fn weight(&self, choice: usize) -> f64 {
        let found = self.weights.binary_search_by_key(&choice, |(choice, _)| *choice);
        found.map_or(0.0, |place| f64::from(self.weights[place].1))
    }
}
