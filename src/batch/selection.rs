//! Which rows of a batch a kernel works on.

/// All rows of a batch, or some of them by ascending row number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Every row of a batch of this many.
    All(usize),
    /// These rows.
    Rows(Vec<u32>),
}

impl Selection {
    /// Number of selected rows.
    pub fn len(&self) -> usize {
        match self {
            Selection::All(rows) => *rows,
            Selection::Rows(rows) => rows.len(),
        }
    }

    /// Whether no row is selected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The selected row numbers.
    pub fn iter(&self) -> SelectionIter<'_> {
        match self {
            Selection::All(rows) => SelectionIter::All(0..*rows),
            Selection::Rows(rows) => SelectionIter::Rows(rows.iter()),
        }
    }

    /// The selected rows for which `keep` says yes.
    pub fn filter(&self, mut keep: impl FnMut(usize) -> bool) -> Selection {
        Selection::Rows(self.iter().filter(|row| keep(*row)).map(|row| row as u32).collect())
    }
}

/// Row numbers of a selection.
pub enum SelectionIter<'a> {
    /// Of `Selection::All`.
    All(std::ops::Range<usize>),
    /// Of `Selection::Rows`.
    Rows(std::slice::Iter<'a, u32>),
}

impl Iterator for SelectionIter<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        match self {
            SelectionIter::All(range) => range.next(),
            SelectionIter::Rows(rows) => rows.next().map(|row| *row as usize),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            SelectionIter::All(range) => range.size_hint(),
            SelectionIter::Rows(rows) => rows.size_hint(),
        }
    }
}

impl ExactSizeIterator for SelectionIter<'_> {}
