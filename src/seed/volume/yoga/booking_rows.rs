//! The rows that are left of bookings: their own, their history, their money, and what members hear.

use super::bookings::{Booking, Cover, Form, Money, State};
use super::catalogue::KINDS;
use super::studio::Studio;
use super::tables::{BOOKINGS, EVENTS, NOTIFICATIONS, PAYMENTS, REFUNDS};
use crate::seed::volume::calendar::{HOUR, MINUTE};
use crate::seed::volume::rows::{Id, Rows};

impl Studio {
    pub(super) fn write_event(&mut self, rows: &mut Rows, booking: Id, event: &str, at: i64) {
        self.event_seq += 1;
        rows.row(EVENTS)
            .uuid(self.other_ids.take())
            .long(self.event_seq)
            .uuid(booking)
            .uuid(self.place)
            .text(event)
            .time(at);
    }

    pub(super) fn write_booking(&mut self, rows: &mut Rows, class: Id, booking: &Booking) {
        let paid = booking.money.map(|money| if money.refunded.is_some() { 0 } else { booking.due });
        let method = match (booking.cover, booking.money) {
            (Cover::Money, None) => None,
            (Cover::Money, Some(money)) => Some(if money.by_card { "card" } else { "cash" }),
            _ => Some("package"),
        };
        let status = match (booking.cover, booking.money) {
            _ if booking.given_back => "refunded",
            (Cover::Money, None) => "pending",
            (Cover::Money, Some(Money { refunded: Some(_), .. })) => "refunded",
            _ => "paid",
        };
        let package = match booking.cover {
            Cover::Package(package) => Some(self.package_ids.nth(package)),
            Cover::Money | Cover::Loose => None,
        };
        let row = rows
            .row(BOOKINGS)
            .uuid(booking.id)
            .uuid(self.member_ids.nth(booking.member))
            .uuid(class)
            .uuid(self.place)
            .text(match booking.form {
                Form::Regular => "regular",
                Form::Waitlist => "waitlist",
                Form::DropIn => "drop_in",
            })
            .text(match booking.state {
                State::Confirmed => "confirmed",
                State::Cancelled => "cancelled",
                State::Attended => "attended",
                State::NoShow => "no_show",
            })
            .text(status);
        let row = match paid {
            Some(cents) => row.cents(cents),
            None => row.null(),
        };
        let row = row
            .text_or_null(method)
            .time_or_null(booking.cancelled)
            .text_or_null(booking.reason)
            .time_or_null(booking.checked_in)
            .time(booking.created)
            .time(booking.updated)
            .uuid_or_null(package)
            .small(booking.credits)
            .cents(booking.due);
        let row = match booking.wait {
            Some(place) => row.long(place),
            None => row.null(),
        };
        row.time_or_null(booking.promoted).flag(booking.late);
        if let Some(money) = booking.money {
            self.write_seat_payment(rows, booking, money);
        }
    }

    fn write_seat_payment(&mut self, rows: &mut Rows, booking: &Booking, money: Money) {
        let (payment, member) = (self.payment_ids.take(), self.member_ids.nth(booking.member));
        let row = rows
            .row(PAYMENTS)
            .uuid(payment)
            .uuid(self.place)
            .null()
            .uuid(booking.id)
            .uuid(member)
            .cents(booking.due)
            .text(if money.by_card { "card" } else { "cash" })
            .text("captured");
        let row = if money.by_card {
            row.text("stripe").written(format_args!("pi_{:024x}", payment.0 >> 32))
        } else {
            row.null().null()
        };
        row.null()
            .cents(if money.refunded.is_some() { booking.due } else { 0 })
            .time(money.at)
            .time(money.at)
            .time(money.refunded.unwrap_or(money.at));
        if let Some(at) = money.refunded {
            rows.row(REFUNDS)
                .uuid(self.other_ids.take())
                .uuid(payment)
                .uuid(self.place)
                .uuid(member)
                .cents(booking.due)
                .text("class cancelled in time")
                .time(at);
        }
    }

    /// Members who have an account hear of what becomes of a class.
    pub(super) fn notify_members(&mut self, rows: &mut Rows, number: u32, kind: &str, at: i64) {
        let ours = |booking: &Booking| booking.member == 0 && booking.state == State::Confirmed;
        if self.number == 1 && self.class(number).is_some_and(|class| class.bookings.iter().any(ours)) {
            let title = if kind == "class_cancelled" { "Your class is cancelled" } else { "Your class has changed" };
            self.notify(rows, kind, title, number, at);
        }
    }

    pub(super) fn notify(&mut self, rows: &mut Rows, kind: &str, title: &str, number: u32, at: i64) {
        let Some((class, body)) = self.class(number).map(|class| (class.id, KINDS[class.kind].name)) else { return };
        let read = at + self.rng.range(MINUTE, 40 * HOUR);
        rows.row(NOTIFICATIONS)
            .uuid(self.other_ids.take())
            .uuid(self.organization)
            .uuid(self.place)
            .uuid_or_null(self.account("member"))
            .text(kind)
            .text(title)
            .text(body)
            .json(&format!(r#"{{"class_schedule_id": "{class}"}}"#))
            .time_or_null((read < self.end).then_some(read))
            .time(at + MINUTE)
            .time(at);
    }
}
