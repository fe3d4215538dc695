//! The rows that are left of packages: their own, and those of their invoices and payments.

use super::packages::{Bill, Status};
use super::studio::Studio;
use super::tables::{INVOICES, PACKAGES, PAYMENTS, REFUNDS};
use crate::seed::volume::calendar::SECOND;
use crate::seed::volume::rows::Rows;

impl Studio {
    pub(super) fn write_charge(
        &mut self,
        rows: &mut Rows,
        number: u32,
        invoice: u64,
        status: &str,
        refunded: Option<i64>,
    ) {
        let Some(package) = self.packages.get(number as usize) else { return };
        let (member, cents) = (self.member_ids.nth(package.member), package.offer().cents);
        let failed = status == "failed";
        let (payment, at) = (self.payment_ids.take(), self.now + 5 * SECOND);
        let method = if failed || !self.rng.permille(60) { "card" } else { "bank_transfer" };
        let row = rows
            .row(PAYMENTS)
            .uuid(payment)
            .uuid(self.place)
            .uuid(self.invoice_ids.nth(invoice))
            .null()
            .uuid(member)
            .cents(cents)
            .text(method)
            .text(status)
            .text("stripe")
            .written(format_args!("pi_{:024x}", payment.0 >> 32));
        let row = if failed { row.text("card_declined") } else { row.null() };
        row.cents(if refunded.is_some() { cents } else { 0 })
            .time_or_null((!failed).then_some(at))
            .time(at)
            .time(refunded.unwrap_or(at));
        if let Some(at) = refunded {
            rows.row(REFUNDS)
                .uuid(self.other_ids.take())
                .uuid(payment)
                .uuid(self.place)
                .uuid(member)
                .cents(cents)
                .text("changed their mind")
                .time(at);
        }
    }

    pub(super) fn write_invoice(
        &mut self,
        rows: &mut Rows,
        number: u32,
        bill: Bill,
        status: &str,
        refunded: Option<i64>,
    ) {
        let Some(package) = self.packages.get(number as usize) else { return };
        let cents = package.offer().cents;
        let paid = status == "paid";
        let row = rows
            .row(INVOICES)
            .uuid(self.invoice_ids.nth(bill.number))
            .uuid(self.place)
            .uuid(self.member_ids.nth(package.member))
            .written(format_args!("Y{:04}-{:06}", self.number, bill.number))
            .text(if bill.renews { "renewal" } else { "purchase" })
            .text(status)
            .date(bill.from);
        let row = match bill.to {
            Some(day) => row.date(day),
            None => row.null(),
        };
        let at = if status == "open" { bill.created } else { self.now + 5 * SECOND };
        row.cents(cents)
            .cents(if paid { cents } else { 0 })
            .cents(if refunded.is_some() { cents } else { 0 })
            .date(bill.from)
            .int(bill.attempts)
            .time_or_null(bill.next)
            .time_or_null(paid.then_some(at))
            .uuid(self.package_ids.nth(number))
            .time(bill.created)
            .time(refunded.unwrap_or(at));
    }

    /// The row of a package, with the invoice that it still owes.
    pub(super) fn write_package(&mut self, rows: &mut Rows, number: usize) {
        let Some(package) = self.packages.get(number) else { return };
        let (offer, id) = (package.offer(), self.package_ids.nth(number as u64));
        let row = rows
            .row(PACKAGES)
            .uuid(id)
            .uuid(self.member_ids.nth(package.member))
            .uuid(self.offers[package.offer])
            .uuid(self.place)
            .text(match package.status {
                Status::Pending => "pending",
                Status::Active => "active",
                Status::PastDue => "past_due",
                Status::Expired => "expired",
                Status::Cancelled => "cancelled",
            })
            .cents(offer.cents)
            .text(offer.cycle_name())
            .int_or_null(offer.classes)
            .int(package.remaining)
            .date(package.starts);
        let row = match package.expires {
            Some(day) => row.date(day),
            None => row.null(),
        };
        let row = row.date(package.anchor);
        let row = match package.period_end {
            Some(day) => row.date(day),
            None => row.null(),
        };
        row.flag(package.renews)
            .time_or_null(package.activated)
            .time_or_null(package.cancelled)
            .time(package.created)
            .time(package.updated);
        if let Some(bill) = package.bill {
            self.write_invoice(rows, u32::try_from(number).unwrap_or(0), bill, "open", None);
        }
    }
}
