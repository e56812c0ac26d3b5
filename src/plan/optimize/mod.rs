//! Makes logical plans cheaper without changing what they mean: one rule a file.
//!
//! nested keys -> fold constants -> push filters down -> merge projections -> derive window columns -> drop unused columns -> carry split
//! watermarks -> share scans -> share filters

mod current_watermark;
mod fold;
mod merge_calcs;
mod nested_keys;
mod prune;
mod push_filter;
mod share_filters;
mod share_scans;
mod split_watermark;
mod window_columns;

use super::bind::Output;
use super::catalog::Catalog;
use crate::error::Result;

/// All rules over all outputs of a job.
pub fn optimize(catalog: &Catalog, outputs: Vec<Output>) -> Result<Vec<Output>> {
    let mut done = Vec::with_capacity(outputs.len());
    for mut output in outputs {
        let plan = fold::fold(nested_keys::settle(output.plan))?;
        let plan = window_columns::derive(merge_calcs::merge(push_filter::push(merge_calcs::merge(plan))));
        let plan = current_watermark::settle(catalog, merge_calcs::merge(prune::prune(plan))).map_err(|e| e.at(output.span))?;
        output.plan = split_watermark::carry(plan);
        done.push(output);
    }
    share_scans::share(catalog, &mut done);
    for output in &mut done {
        output.plan = merge_calcs::merge(output.plan.clone());
    }
    share_filters::share(&mut done);
    Ok(done)
}
